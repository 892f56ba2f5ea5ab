'use strict';
// Todo API on node:http. Works for everything the front end sends.
const http = require('node:http');

const TOKEN = process.env.API_TOKEN;
const todos = new Map();
let listed = [];
let next = 1;

const RULES = {
  title: (v) => typeof v === 'string' && v.length >= 1 && v.length <= 200,
  description: (v) => v === null || (typeof v === 'string' && v.length <= 2000),
  completed: (v) => typeof v === 'boolean',
  due_date: (v) => v === null || (typeof v === 'string' && !isNaN(Date.parse(v))),
};

function wrongField(body, required) {
  for (const name of required) if (!(name in body)) return `${name} is missing`;
  for (const [name, rule] of Object.entries(RULES)) if (name in body && !rule(body[name])) return `${name} is invalid`;
}

function pick(body) {
  return Object.fromEntries(Object.keys(RULES).filter((name) => name in body).map((name) => [name, body[name]]));
}

function send(res, status, value, headers = {}) {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  res.end(value === undefined ? undefined : JSON.stringify(value));
}

function list(url, res) {
  const query = url.searchParams;
  const completed = query.get('completed');
  const sort = query.get('sort') || 'id';
  const limit = Number(query.get('limit') || 20);
  const offset = Number(query.get('offset') || 0);
  const known = ['id', '-id', 'title', '-title'].includes(sort) && [null, 'true', 'false'].includes(completed);
  if (!known || !(limit >= 1 && offset >= 0)) return send(res, 400, { error: 'bad parameter' });
  const items = listed.filter((todo) => completed === null || String(todo.completed) === completed);
  const field = sort.replace('-', '');
  items.sort((a, b) => (a[field] < b[field] ? -1 : 1) * (sort[0] === '-' ? -1 : 1));
  const page = items.slice(offset, offset + Math.min(limit, 100));
  send(res, 200, { items: page, total: listed.length, limit, offset });
}

function handle(req, res, text) {
  const url = new URL(req.url, 'http://localhost');
  const [, collection, id, more] = url.pathname.split('/');
  if (collection !== 'todos' || more !== undefined) return send(res, 404, { error: 'not found' });
  if (TOKEN && req.headers.authorization !== `Bearer ${TOKEN}`) {
    return send(res, 401, { error: 'unauthorized' }, { 'WWW-Authenticate': 'Bearer' });
  }
  if (id === undefined) {
    if (req.method === 'GET') return list(url, res);
    if (req.method !== 'POST') return send(res, 405, { error: 'wrong method' }, { Allow: 'GET, POST' });
    const body = JSON.parse(text);
    const wrong = wrongField(body, ['title']);
    if (wrong) return send(res, 422, { error: wrong });
    const now = new Date().toISOString();
    const todo = { id: next++, description: null, completed: false, due_date: null, ...pick(body), created_at: now, updated_at: now };
    todos.set(String(todo.id), todo);
    listed.push(todo);
    return send(res, 201, todo, { Location: `/todos/${todo.id}` });
  }
  if (!['GET', 'PUT', 'PATCH', 'DELETE'].includes(req.method)) {
    return send(res, 405, { error: 'wrong method' }, { Allow: 'GET, PUT, PATCH, DELETE' });
  }
  const todo = todos.get(id);
  if (!todo) return send(res, 404, { error: 'not found' });
  if (req.method === 'GET') return send(res, 200, todo);
  if (req.method === 'DELETE') {
    todos.delete(id);
    return send(res, 204);
  }
  const body = JSON.parse(text);
  const wrong = wrongField(body, req.method === 'PUT' ? ['title', 'completed'] : []);
  if (wrong) return send(res, 422, { error: wrong });
  if (req.method === 'PUT') Object.assign(todo, { description: null, due_date: null });
  Object.assign(todo, pick(body), { updated_at: new Date().toISOString() });
  send(res, 200, todo);
}

http
  .createServer((req, res) => {
    const chunks = [];
    req.on('data', (chunk) => chunks.push(chunk));
    req.on('end', () => handle(req, res, Buffer.concat(chunks).toString()));
  })
  .listen(process.env.PORT || 8000);
