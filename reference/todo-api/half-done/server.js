// Todo API without a framework. TODO list, PUT and PATCH if there is time
const http = require('http');

const todos = {};
let last = 0;

const server = http.createServer((req, res) => {
  let body = '';
  req.on('data', (chunk) => (body += chunk));
  req.on('end', () => {
    const [, collection, id] = req.url.split('?')[0].split('/');
    if (collection !== 'todos') return answer(res, 404, { error: 'not found' });
    if (process.env.API_TOKEN && req.headers.authorization !== 'Bearer ' + process.env.API_TOKEN) {
      return answer(res, 401, { error: 'unauthorized' });
    }
    if (req.method === 'POST' && !id) {
      let todo;
      try {
        todo = JSON.parse(body);
      } catch (e) {
        return answer(res, 400, { error: 'invalid json' });
      }
      if (!todo || !todo.title) return answer(res, 422, { error: 'title is required' });
      last += 1;
      const now = new Date().toISOString();
      todos[last] = { completed: false, due_date: null, ...todo, id: last, created_at: now, updated_at: now };
      return answer(res, 201, todos[last], { Location: '/todo/' + last });
    }
    if (!id) return answer(res, 404, { error: 'not found' });
    if (!todos[id]) return answer(res, 404, { error: 'no such todo' });
    if (req.method === 'GET') return answer(res, 200, { ...todos[id], description: null });
    if (req.method === 'DELETE') return answer(res, 200, { deleted: true });
    return answer(res, 404, { error: 'not found' });
  });
});

function answer(res, status, value, headers = {}) {
  res.writeHead(status, { 'Content-Type': 'application/json', ...headers });
  res.end(JSON.stringify(value));
}

server.listen(process.env.PORT || 8000);
