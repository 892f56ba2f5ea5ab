'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, test } = require('node:test');
const { createHandler } = require('./handler');
const { TodoStore } = require('./store');

const server = http.createServer(createHandler(new TodoStore(':memory:'), 'secret'));
let base;

before(async () => {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  base = `http://127.0.0.1:${server.address().port}`;
});
after(() => server.close());

function call(method, url, body, headers = { Authorization: 'Bearer secret', 'Content-Type': 'application/json' }) {
  return fetch(base + url, { method, headers, body: body && JSON.stringify(body) });
}

test('a todo is made, changed and deleted', async () => {
  const created = await call('POST', '/todos', { title: 'a', description: 'b' });
  assert.equal(created.status, 201);
  const url = created.headers.get('location');
  const patched = await (await call('PATCH', url, { completed: true })).json();
  assert.deepEqual([patched.title, patched.description, patched.completed], ['a', 'b', true]);
  const replaced = await (await call('PUT', url, { title: 'c', completed: false })).json();
  assert.deepEqual([replaced.title, replaced.description, replaced.completed], ['c', null, false]);
  assert.equal((await call('DELETE', url)).status, 204);
  assert.equal((await call('GET', url)).status, 404);
});

test('wrong values are refused', async () => {
  for (const body of [[], {}, { title: '' }, { title: 5 }, { title: 'a', due_date: '2031-02-30' }]) {
    assert.equal((await call('POST', '/todos', body)).status, 422, JSON.stringify(body));
  }
});

test('a method that is not there and a missing token are told', async () => {
  assert.equal((await call('DELETE', '/todos')).headers.get('allow'), 'GET, POST');
  assert.equal((await call('GET', '/todos', undefined, {})).status, 401);
});
