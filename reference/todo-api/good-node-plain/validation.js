'use strict';

const { Problem } = require('./problem');

const SORTS = ['id', '-id', 'title', '-title'];

const RULES = {
  title: (value) => isText(value, 200) && value !== '',
  description: (value) => value === null || isText(value, 2000),
  completed: (value) => typeof value === 'boolean',
  due_date: (value) => value === null || isDate(value),
};
const EXPECTED = {
  title: 'must be a text of 1 to 200 characters',
  description: 'must be a text of at most 2000 characters or null',
  completed: 'must be true or false',
  due_date: 'must be a date such as 2030-01-15 or null',
};

/** The fields of a body that a client may set; what else is in it is left aside. */
function todoFields(body, required) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new Problem(422, 'the body must be an object');
  const missing = required.find((name) => !Object.hasOwn(body, name));
  if (missing) throw new Problem(422, `${missing} is missing`);
  const names = Object.keys(RULES).filter((name) => Object.hasOwn(body, name));
  const wrong = names.find((name) => !RULES[name](body[name]));
  if (wrong) throw new Problem(422, `${wrong} ${EXPECTED[wrong]}`);
  return Object.fromEntries(names.map((name) => [name, body[name]]));
}

/** An id as a number; what cannot be one names no todo. */
function todoId(text) {
  const id = /^[1-9]\d{0,15}$/.test(text) ? Number(text) : 0;
  return Number.isSafeInteger(id) ? id : 0;
}

function listQuery(query) {
  const completed = query.get('completed');
  if (completed !== null && !['true', 'false'].includes(completed)) throw new Problem(422, 'completed must be true or false');
  const sort = query.get('sort') ?? 'id';
  if (!SORTS.includes(sort)) throw new Problem(422, `sort must be one of ${SORTS.join(', ')}`);
  return {
    limit: Math.min(Math.max(integer(query, 'limit', 20), 1), 100),
    offset: Math.min(Math.max(integer(query, 'offset', 0), 0), 1_000_000),
    completed: completed === null ? null : completed === 'true',
    sort,
  };
}

function integer(query, name, fallback) {
  const text = query.get(name);
  if (text === null) return fallback;
  if (!/^-?\d+$/.test(text)) throw new Problem(422, `${name} must be a whole number`);
  return Number(text);
}

/** Characters are code points here, not UTF-16 units; half a pair is no character and cannot be stored as UTF-8. */
function isText(value, most) {
  return typeof value === 'string' && value.isWellFormed() && [...value].length <= most;
}

function isDate(value) {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(value);
}

module.exports = { listQuery, todoFields, todoId };
