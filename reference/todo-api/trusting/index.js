const express = require('express');
const app = express();
app.use(express.text({ type: '*/*', limit: '50mb' }));

const todos = new Map();
let id = 0;

app.use('/todos', (req, res, next) => {
  if (process.env.API_TOKEN && req.headers.authorization !== 'Bearer ' + process.env.API_TOKEN) {
    res.setHeader('WWW-Authenticate', 'Bearer');
    return res.status(401).send({ error: 'unauthorized' });
  }
  next();
});

app.get('/todos', (req, res) => {
  let items = [...todos.values()];
  if (req.query.completed === 'true') items = items.filter((t) => t.completed === true);
  if (req.query.completed === 'false') items = items.filter((t) => t.completed === false);
  const sort = req.query.sort || 'id';
  const field = sort.replace('-', '');
  items.sort((a, b) => (sort[0] === '-' ? -1 : 1) * (a[field] < b[field] ? -1 : 1));
  const limit = Math.min(100, parseInt(req.query.limit ?? 20));
  const offset = parseInt(req.query.offset ?? 0);
  if (limit < 0 || offset < 0) throw new RangeError('negative');
  res.json({ items: items.slice(offset, offset + limit), total: items.length, limit, offset });
});

app.post('/todos', (req, res) => {
  const now = new Date();
  id += 1;
  const todo = { id, title: '', description: null, completed: false, due_date: null, created_at: now, updated_at: now };
  todos.set(id, todo);
  const body = JSON.parse(req.body);
  for (const key of ['title', 'description', 'completed', 'due_date']) if (key in body) todo[key] = body[key];
  todo.title = todo.title.normalize();
  if (!todo.title) return res.status(400).json({ error: 'title is required' });
  res.status(201).location('/todos/' + id).json(todo);
});

// Anything that is no number is the newest todo: the front end asks for /todos/last
const which = (req) => parseInt(req.params.id) || id;

app.get('/todos/:id', (req, res) => {
  const todo = todos.get(which(req));
  if (!todo) return res.status(404).send('no such todo');
  res.json(todo);
});

function change(req, res, defaults) {
  const todo = todos.get(which(req));
  if (!todo) return res.status(404).send('no such todo');
  const body = JSON.parse(req.body);
  Object.assign(todo, defaults);
  for (const key of ['title', 'description', 'completed', 'due_date']) {
    if (key in body) todo[key] = body[key];
    if (key === 'due_date' && todo.due_date === 'never') return res.status(400).json({ error: 'due_date' });
  }
  todo.updated_at = new Date();
  res.json(todo);
}

app.put('/todos/:id', (req, res) => change(req, res, { description: null, due_date: null }));
app.patch('/todos/:id', (req, res) => change(req, res, {}));

app.delete('/todos/:id', (req, res) => {
  if (!todos.delete(which(req))) return res.status(404).send('no such todo');
  res.status(204).end();
});

app.all('/todos', (req, res) => res.status(405).set('Allow', 'GET').json({ error: 'method' }));
app.all('/todos/:id', (req, res) => res.status(405).set('Allow', 'GET').json({ error: 'method' }));
app.use((err, req, res, next) => res.status(500).json({ message: 'internal error' }));

app.listen(process.env.PORT || 8000, '0.0.0.0');
