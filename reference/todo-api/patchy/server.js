import { createServer } from 'node:http';
import { Store } from './store.js';

const { PORT = 8000, API_TOKEN } = process.env;
const SORTS = ['id', '-id', 'title', '-title'];
const store = new Store();

class Refusal extends Error {
  constructor(status, message, headers = {}) {
    super(message);
    Object.assign(this, { status, headers });
  }
}

const checks = {
  title: (value) => typeof value === 'string' && value.length > 0 && value.length <= 200,
  completed: (value) => typeof value === 'boolean',
  due_date: (value) => value === null || isDate(value),
};

function isDate(value) {
  if (typeof value !== 'string' || !/^\d{4}-\d\d-\d\d$/.test(value)) return false;
  const day = new Date(value + 'T00:00:00Z');
  return !Number.isNaN(day.getTime()) && day.toISOString().slice(0, 10) === value;
}

function valid(body) {
  for (const [name, check] of Object.entries(checks)) {
    if (name in body && !check(body[name])) throw new Refusal(422, `${name} is not valid`);
  }
  return body;
}

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

const collection = {
  GET: ({ query }) => [200, store.page(parameters(query))],
  POST: ({ body }) => {
    if (!isObject(body) || body.title === undefined) throw new Refusal(422, 'title is missing');
    const { description = null } = body;
    if (description !== null && (typeof description !== 'string' || description.length > 2000)) {
      throw new Refusal(422, 'description is not valid');
    }
    const todo = store.add(valid(body));
    return [201, todo, { Location: `/todos/${todo.id}` }];
  },
};

const item = {
  GET: ({ todo }) => [200, todo],
  PUT: ({ todo, body }) => {
    if (!isObject(body)) throw new Refusal(422, 'an object is expected');
    for (const name of ['title', 'completed']) if (!(name in body)) throw new Refusal(422, `${name} is missing`);
    return [200, store.change(todo, { description: null, due_date: null, ...valid(body) })];
  },
  PATCH: ({ todo, body }) => {
    if (Object.keys(body).length === 0) throw new Refusal(422, 'there is nothing to change');
    return [200, store.change(todo, valid(body))];
  },
  DELETE: ({ todo }) => {
    store.remove(todo);
    return [204];
  },
};

function parameters(query) {
  const number = (name, otherwise, low, high) => {
    const text = query.get(name) ?? String(otherwise);
    if (!/^-?\d{1,30}$/.test(text)) throw new Refusal(400, `${name} must be a number`);
    return Math.max(low, Math.min(high, Number(text)));
  };
  const completed = query.get('completed');
  const sort = query.get('sort') ?? 'id';
  if (![null, 'true', 'false'].includes(completed)) throw new Refusal(400, 'completed must be true or false');
  if (!SORTS.includes(sort)) throw new Refusal(400, 'sort is not known');
  return { limit: number('limit', 20, 1, 100), offset: number('offset', 0, 0, 1_000_000), completed, sort };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    throw new Refusal(400, 'the body is not JSON');
  }
}

function route(req, text) {
  const url = new URL(req.url, 'http://todo');
  const match = /^\/todos(?:\/([^/]+))?$/.exec(url.pathname);
  if (!match) throw new Refusal(404, 'not found');
  if (API_TOKEN && req.headers.authorization !== `Bearer ${API_TOKEN}`) {
    throw new Refusal(401, 'send the token', { 'WWW-Authenticate': 'Bearer' });
  }
  const handlers = match[1] ? item : collection;
  const handler = handlers[req.method];
  if (!handler) throw new Refusal(405, 'method not allowed', { Allow: Object.keys(handlers).join(', ') });
  const todo = match[1] && store.find(match[1]);
  if (match[1] && !todo) throw new Refusal(404, 'there is no such todo');
  const body = ['POST', 'PUT', 'PATCH'].includes(req.method) ? parsed(text) : undefined;
  return handler({ todo, body, query: url.searchParams });
}

function answer(req, text) {
  try {
    return route(req, text);
  } catch (error) {
    if (error instanceof Refusal) return [error.status, { message: error.message }, error.headers];
    console.error(error);
    return [500, { message: 'internal server error' }];
  }
}

createServer((req, res) => {
  const chunks = [];
  req.on('data', (chunk) => chunks.push(chunk));
  req.on('end', () => {
    const [status, value, headers] = answer(req, Buffer.concat(chunks).toString());
    const content = value === undefined ? {} : { 'Content-Type': 'application/json' };
    res.writeHead(status, { ...content, ...headers });
    res.end(value === undefined ? undefined : JSON.stringify(value));
  });
}).listen(PORT);
