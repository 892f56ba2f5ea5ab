'use strict';

const { STATUS_CODES } = require('node:http');
const { createHash, timingSafeEqual } = require('node:crypto');
const { listQuery, todoFields, todoId } = require('./validation');
const { Problem } = require('./problem');

const MAX_BODY = 128 * 1024;
const DEFAULTS = { description: null, completed: false, due_date: null };

/** The request listener: every request ends here, with an answer or with a problem. */
function createHandler(store, token) {
  return async (request, response) => {
    try {
      const { status, body, headers } = await answer(store, token, request);
      send(response, status, body, { 'Content-Type': 'application/json', ...headers });
    } catch (error) {
      const problem = error instanceof Problem ? error : new Problem(500, 'something went wrong here');
      if (problem !== error) console.error(error);
      const body = { title: STATUS_CODES[problem.status], status: problem.status, detail: problem.message };
      send(response, problem.status, body, { 'Content-Type': 'application/problem+json', ...problem.headers });
    }
  };
}

async function answer(store, token, request) {
  const [pathname, query = ''] = request.url.split('?', 2);
  const [, id] = /^\/todos(?:\/([^/]+))?$/.exec(pathname) ?? [null, null];
  if (id === null) throw new Problem(404, 'there is nothing here');
  checkToken(request, token);

  const routes = id === undefined ? collection(store, request, query) : item(store, request, id);
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (!Object.hasOwn(routes, method)) {
    throw new Problem(405, `${request.method} is not possible here`, { Allow: Object.keys(routes).join(', ') });
  }
  return routes[method]();
}

function collection(store, request, query) {
  return {
    GET: () => ({ status: 200, body: store.list(listQuery(new URLSearchParams(query))) }),
    POST: async () => {
      const todo = store.add({ ...DEFAULTS, ...todoFields(await readJson(request), ['title']) });
      return { status: 201, body: todo, headers: { Location: `/todos/${todo.id}` } };
    },
  };
}

function item(store, request, text) {
  const id = todoId(text);
  return {
    GET: () => ({ status: 200, body: found(store.get(id)) }),
    PUT: async () => {
      const fields = { ...DEFAULTS, ...todoFields(await readJson(request), ['title', 'completed']) };
      return { status: 200, body: found(store.change(id, fields)) };
    },
    PATCH: async () => ({ status: 200, body: found(store.change(id, todoFields(await readJson(request), []))) }),
    DELETE: () => {
      found(store.remove(id));
      return { status: 204 };
    },
  };
}

function found(value) {
  if (!value) throw new Problem(404, 'there is no such todo');
  return value;
}

function checkToken(request, token) {
  if (!token) return;
  const given = request.headers.authorization ?? '';
  if (!timingSafeEqual(digest(given), digest(`Bearer ${token}`))) {
    throw new Problem(401, 'send a valid token', { 'WWW-Authenticate': 'Bearer' });
  }
}

function digest(text) {
  return createHash('sha256').update(text).digest();
}

async function readJson(request) {
  const type = (request.headers['content-type'] ?? '').split(';')[0].trim().toLowerCase();
  if (type !== 'application/json') throw new Problem(415, 'send the body as application/json');
  const chunks = [];
  let size = 0;
  for await (const chunk of request) {
    size += chunk.length;
    if (size > MAX_BODY) throw new Problem(413, `a body has at most ${MAX_BODY} bytes`, { Connection: 'close' });
    chunks.push(chunk);
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks)));
  } catch {
    throw new Problem(400, 'the body is no JSON in UTF-8');
  }
}

function send(response, status, body, headers) {
  if (status === 204) return response.writeHead(204).end();
  const text = `${JSON.stringify(body, null, 2)}\n`;
  response.writeHead(status, { ...headers, 'Content-Length': Buffer.byteLength(text) }).end(text);
}

module.exports = { createHandler };
