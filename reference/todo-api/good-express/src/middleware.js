'use strict';

const { createHash, timingSafeEqual } = require('node:crypto');
const { HttpError } = require('./problems');

const WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/** Lets a request pass when no token is configured or the right one is sent. */
function requireToken(token) {
  return (req, res, next) => {
    if (token === null) return next();
    const [scheme, given] = (req.get('authorization') || '').split(' ');
    if (scheme.toLowerCase() === 'bearer' && given && sameText(given, token)) return next();
    res.set('WWW-Authenticate', 'Bearer');
    throw new HttpError(401, 'send a valid token');
  };
}

function requireJson(req, res, next) {
  if (WITH_BODY.has(req.method) && !req.is(['json', '+json']) && req.get('content-type')) {
    throw new HttpError(415, 'send the body as application/json');
  }
  next();
}

/** Compares in a time that does not depend on where two texts differ. */
function sameText(a, b) {
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}

module.exports = { requireJson, requireToken };
