'use strict';

const { HttpError } = require('./problems');

const CODE = /^[A-Za-z0-9_-]{4,32}$/;
const RESERVED = new Set(['links']);
const YEAR = 365 * 24 * 60 * 60;

/** What a client may send, checked; throws 409 or 422 with the reason. */
function parseLink(body) {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new HttpError(422, 'the body must be a JSON object');
  }
  return { url: parseUrl(body.url), code: parseCode(body.code ?? null), expiresIn: parseSeconds(body.expires_in ?? null) };
}

/** The text as it was sent: `URL` only says whether it is one. */
function parseUrl(url) {
  if (typeof url !== 'string' || url.length > 2048) throw new HttpError(422, 'url must be a text of at most 2048 characters');
  if (!/^https?:\/\/[!-~]+$/.test(url) || !URL.canParse(url)) {
    throw new HttpError(422, 'url must be an absolute http or https address in ASCII');
  }
  return url;
}

function parseCode(code) {
  if (code === null) return null;
  if (typeof code !== 'string' || !CODE.test(code)) throw new HttpError(422, 'code must be 4 to 32 of A-Z a-z 0-9 - _');
  if (RESERVED.has(code)) throw new HttpError(409, 'code is a path of the service');
  return code;
}

function parseSeconds(seconds) {
  if (seconds === null) return null;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > YEAR) {
    throw new HttpError(422, `expires_in must be a whole number from 1 to ${YEAR}`);
  }
  return seconds;
}

module.exports = { parseLink };
