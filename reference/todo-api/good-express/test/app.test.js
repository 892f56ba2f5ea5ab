'use strict';

const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { createApp } = require('../src/app');
const { TodoStore } = require('../src/store');

let server;
let base;

before(async () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'todos-'));
  const app = createApp({ store: TodoStore.open(path.join(folder, 'todos.json')), token: null });
  await new Promise((done) => {
    server = app.listen(0, '127.0.0.1', done);
  });
  base = `http://127.0.0.1:${server.address().port}`;
});

after(() => server.close());

const send = (method, url, body) =>
  fetch(base + url, { method, headers: { 'Content-Type': 'application/json' }, body: body && JSON.stringify(body) });

test('PATCH changes only what is sent', async () => {
  const todo = await (await send('POST', '/todos', { title: 'a', description: 'b' })).json();
  const changed = await (await send('PATCH', `/todos/${todo.id}`, { completed: true })).json();
  assert.deepStrictEqual([changed.title, changed.description, changed.completed], ['a', 'b', true]);
});

test('dates that do not exist are refused', async () => {
  assert.strictEqual((await send('POST', '/todos', { title: 'a', due_date: '2031-02-30' })).status, 422);
});

test('a wrong method says which ones are right', async () => {
  const answer = await send('PUT', '/todos', {});
  assert.deepStrictEqual([answer.status, answer.headers.get('allow')], [405, 'GET, HEAD, POST']);
});
