const express = require('express');

const app = express();
app.use(express.json());

const TOKEN = process.env.API_TOKEN;
const todos = [];
let counter = 0;

app.use('/todos', (req, res, next) => {
  if (TOKEN && req.headers.authorization !== `Bearer ${TOKEN}`) {
    return res.status(401).set('WWW-Authenticate', 'Bearer').json({ error: 'unauthorized' });
  }
  next();
});

function summary(todo) {
  const { description, ...rest } = todo;
  return rest;
}

function check(body, partial) {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return 'object expected';
  if (!partial && body.title === undefined) return 'title is required';
  if (body.title !== undefined && (typeof body.title !== 'string' || !body.title.length || body.title.length > 200)) {
    return 'title must have 1 to 200 characters';
  }
  const { description, completed, due_date: due } = body;
  if (description != null && (typeof description !== 'string' || description.length > 2000)) return 'bad description';
  if (completed !== undefined && typeof completed !== 'boolean') return 'completed must be a boolean';
  if (due != null && (typeof due !== 'string' || isNaN(Date.parse(due)) || new Date(due).toISOString().slice(0, 10) !== due)) {
    return 'due_date must be a date';
  }
}

app.get('/todos', (req, res) => {
  let list = [...todos];
  const { completed, sort } = req.query;
  if (completed !== undefined && completed !== 'true' && completed !== 'false') return res.status(400).json({ error: 'completed' });
  const done = completed === 'true';
  if (done) list = list.filter((todo) => todo.completed === done);
  if (sort === 'title' || sort === '-title') list.sort((a, b) => (a.title < b.title ? -1 : 1));
  else if (sort === 'id' || sort === '-id' || sort === undefined) list.sort((a, b) => b.id - a.id);
  else return res.status(400).json({ error: 'sort' });
  for (const name of ['limit', 'offset']) {
    if (req.query[name] !== undefined && !/^-?\d+$/.test(req.query[name])) return res.status(400).json({ error: name });
  }
  const offset = Math.max(0, Number(req.query.offset || 0));
  const items = list.slice(offset).map(summary);
  res.json({ items, total: items.length, limit: Number(req.query.limit || 20), offset });
});

app.post('/todos', (req, res) => {
  const wrong = check(req.body, false);
  if (wrong) return res.status(422).json({ error: wrong });
  const { title, description = null, completed = false, due_date = null } = req.body;
  const now = new Date().toISOString();
  const todo = { id: ++counter, title, description, completed, due_date, created_at: now, updated_at: now };
  todos.push(todo);
  res.status(201).location(`/todos/${todo.id}`).json(todo);
});

app.param('id', (req, res, next, id) => {
  req.todo = todos.find((todo) => String(todo.id) === id);
  if (!req.todo) return res.status(404).json({ error: 'not found' });
  next();
});

app.get('/todos/:id', (req, res) => res.json(req.todo));

app.put('/todos/:id', (req, res) => {
  const wrong = check(req.body, false) || (req.body.completed === undefined && 'completed is required');
  if (wrong) return res.status(422).json({ error: wrong });
  const { title, description = null, completed, due_date = null } = req.body;
  Object.assign(req.todo, { title, description, completed, due_date, updated_at: new Date().toISOString() });
  res.json(req.todo);
});

app.patch('/todos/:id', (req, res) => {
  const wrong = check(req.body, true);
  if (wrong) return res.status(422).json({ error: wrong });
  for (const field of ['title', 'description', 'completed', 'due_date']) {
    if (field in req.body) req.todo[field] = req.body[field];
  }
  req.todo.updated_at = new Date().toISOString();
  res.json(req.todo);
});

app.delete('/todos/:id', (req, res) => {
  todos.splice(todos.indexOf(req.todo), 1);
  res.status(204).end();
});

app.all('/todos', (req, res) => res.status(405).set('Allow', 'GET, POST').json({ error: 'method not allowed' }));
app.all('/todos/:id', (req, res) => res.status(405).set('Allow', 'GET, PUT, PATCH, DELETE').json({ error: 'method not allowed' }));
app.use((req, res) => res.status(404).json({ error: 'not found' }));
app.use((err, req, res, next) => res.status(err.status || 500).json({ error: 'bad request' }));

app.listen(process.env.PORT || 8000);
