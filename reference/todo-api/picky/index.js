const express = require('express');

const app = express();
app.use(express.json());

const TOKEN = process.env.API_TOKEN;
const todos = new Map();
let lastId = 0;

class ApiError extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

app.use('/todos', (req, res, next) => {
  if (TOKEN && req.headers.authorization !== `Bearer ${TOKEN}`) {
    res.set('WWW-Authenticate', 'Bearer');
    throw new ApiError(401, 'a valid token is needed');
  }
  next();
});

const RULES = {
  title(value) {
    if (typeof value !== 'string' || value.length < 1 || value.length > 200) return 'must have 1 to 200 characters';
    if (/[<>&]/.test(value)) return 'must not contain HTML'; // no XSS in the front end
  },
  description(value) {
    if (value !== null && (typeof value !== 'string' || value.length > 2000)) return 'must have at most 2000 characters';
  },
  completed(value) {
    if (typeof value !== 'boolean') return 'must be true or false';
  },
  due_date(value) {
    if (!isDate(value)) return 'must be a date like 2030-01-15';
  },
};

function isDate(value) {
  if (typeof value !== 'string' || !/^\d{4}-\d{2}-\d{2}$/.test(value)) return false;
  const date = new Date(`${value}T00:00:00Z`);
  return !isNaN(date) && date.toISOString().startsWith(value);
}

function fields(body, ...required) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ApiError(422, 'a JSON object is needed');
  const values = {};
  for (const [name, rule] of Object.entries(RULES)) {
    if (!Object.hasOwn(body, name)) {
      if (required.includes(name)) throw new ApiError(422, `${name} is missing`);
      continue;
    }
    const wrong = rule(body[name]);
    if (wrong) throw new ApiError(422, `${name} ${wrong}`);
    values[name] = body[name];
  }
  return values;
}

// null is the default of what may be null
function withoutNulls(body) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body;
  return Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
}

function number(query, name, low, high, otherwise) {
  if (query[name] === undefined) return otherwise;
  if (!/^-?\d+$/.test(query[name])) throw new ApiError(400, `${name} must be a number`);
  return Math.min(high, Math.max(low, Number(query[name])));
}

app.get('/todos', (req, res) => {
  const { completed, sort = 'id' } = req.query;
  const limit = number(req.query, 'limit', 1, 100, 20);
  const offset = number(req.query, 'offset', 0, 1e9, 0);
  if (!['id', '-id', 'title', '-title'].includes(sort)) throw new ApiError(400, 'unknown sort');
  let found = [...todos.values()];
  if (completed !== undefined) {
    if (completed !== 'true' && completed !== 'false') throw new ApiError(400, 'completed must be true or false');
    found = found.filter((todo) => todo.completed === (completed === 'true'));
  }
  if (offset && offset >= found.length) return res.json({ items: [], total: found.length });
  const key = sort.replace('-', '');
  found.sort((a, b) => (a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : a.id - b.id));
  if (sort.startsWith('-')) found.reverse();
  res.json({ items: found.slice(offset, offset + limit), total: found.length, limit, offset });
});

app.post('/todos', (req, res) => {
  const now = new Date().toISOString();
  const values = fields(withoutNulls(req.body), 'title');
  const todo = { id: ++lastId, description: null, completed: false, due_date: null, ...values, created_at: now, updated_at: now };
  todos.set(String(todo.id), todo);
  res.status(201).location(`/todos/${todo.id}`).json(todo);
});

function find(id) {
  if (!todos.has(id)) throw new ApiError(404, 'there is no such todo');
  return todos.get(id);
}

function change(todo, values) {
  return Object.assign(todo, values, { updated_at: new Date().toISOString() });
}

app.get('/todos/:id', (req, res) => res.json(find(req.params.id)));

app.put('/todos/:id', (req, res) => {
  const todo = find(req.params.id);
  const values = fields(req.body, 'title', 'completed');
  res.json(change(todo, { description: null, due_date: null, ...values }));
});

app.patch('/todos/:id', (req, res) => {
  const todo = find(req.params.id);
  res.json(change(todo, fields(req.body)));
});

app.delete('/todos/:id', (req, res) => {
  find(req.params.id);
  todos.delete(req.params.id);
  res.status(204).end();
});

const notAllowed = (methods) => (req, res) => {
  res.set('Allow', methods);
  throw new ApiError(405, 'this method is not possible here');
};
app.all('/todos', notAllowed('GET, POST'));
app.all('/todos/:id', notAllowed('GET, PUT, PATCH, DELETE'));
app.use(() => {
  throw new ApiError(404, 'not found');
});
app.use((error, req, res, next) => {
  const status = error.status || 500;
  res.status(status).json({ error: error instanceof ApiError ? error.message : status < 500 ? 'bad request' : 'internal error' });
});

app.listen(process.env.PORT || 8000);
