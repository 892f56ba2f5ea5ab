'use strict';

const { HttpError } = require('./problems');

const SORTS = ['id', '-id', 'title', '-title'];
const DEFAULTS = { description: null, completed: false, due_date: null };

/** Each rule says what is wrong with a value, or nothing. */
const RULES = {
  title: (value) => {
    if (typeof value !== 'string') return 'must be a text';
    if (value.length < 1 || value.length > 200) return 'must have 1 to 200 characters';
  },
  description: (value) => {
    if (value === null) return undefined;
    if (typeof value !== 'string') return 'must be a text or null';
    if (value.length > 2000) return 'must have at most 2000 characters';
  },
  completed: (value) => (typeof value === 'boolean' ? undefined : 'must be true or false'),
  due_date: (value) => {
    if (value === null) return undefined;
    if (typeof value !== 'string' || !isDate(value)) return 'must be a date such as 2030-01-15, or null';
  },
};

function parseCreate(body) {
  return { ...DEFAULTS, ...parse(body, ['title']) };
}

function parseReplace(body) {
  return { ...DEFAULTS, ...parse(body, ['title', 'completed']) };
}

function parsePatch(body) {
  return parse(body, []);
}

/** The known fields of a body, all of them valid; throws 422 naming the first that is not. */
function parse(body, required) {
  if (body === null || typeof body !== 'object' || Array.isArray(body)) {
    throw new HttpError(422, 'the body must be a JSON object');
  }
  const values = {};
  for (const [field, wrong] of Object.entries(RULES)) {
    if (!Object.hasOwn(body, field)) {
      if (required.includes(field)) throw new HttpError(422, `${field} is missing`);
      continue;
    }
    const reason = wrong(body[field]);
    if (reason) throw new HttpError(422, `${field} ${reason}`);
    values[field] = body[field];
  }
  return values;
}

function parseId(text) {
  const id = /^\d{1,16}$/.test(text) ? Number(text) : NaN;
  if (!Number.isSafeInteger(id) || id < 1) throw new HttpError(404, 'there is no such todo');
  return id;
}

function parseListQuery(query) {
  return {
    limit: integer(query.limit, 'limit', { low: 1, high: 100, otherwise: 20 }),
    offset: integer(query.offset, 'offset', { low: 0, high: 1_000_000, otherwise: 0 }),
    completed: oneOf(query.completed, 'completed', ['true', 'false']),
    sort: oneOf(query.sort, 'sort', SORTS) ?? 'id',
  };
}

function integer(text, name, { low, high, otherwise }) {
  if (text === undefined) return otherwise;
  const value = /^-?\d{1,10}$/.test(text) ? Number(text) : NaN;
  if (!(value >= low && value <= high)) throw new HttpError(422, `${name} must be a number from ${low} to ${high}`);
  return value;
}

function oneOf(text, name, allowed) {
  if (text === undefined) return undefined;
  if (!allowed.includes(text)) throw new HttpError(422, `${name} must be one of ${allowed.join(', ')}`);
  return text;
}

function isDate(text) {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (!match) return false;
  const [year, month, day] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
}

module.exports = { parseCreate, parseId, parseListQuery, parsePatch, parseReplace };
