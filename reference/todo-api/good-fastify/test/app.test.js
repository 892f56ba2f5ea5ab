import assert from 'node:assert/strict';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, test } from 'node:test';
import { buildApp } from '../src/app.js';
import { TodoStore } from '../src/store.js';

let app;
let file;

beforeEach(async () => {
  file = join(await mkdtemp(join(tmpdir(), 'todos-')), 'todos.json');
  app = buildApp({ store: await TodoStore.open(file) });
});

const create = async (payload) => (await app.inject({ method: 'POST', url: '/todos', payload })).json();

test('PATCH changes only what is sent', async () => {
  const { id } = await create({ title: 'a', description: 'b' });
  const changed = (await app.inject({ method: 'PATCH', url: `/todos/${id}`, payload: { completed: true } })).json();
  assert.deepEqual([changed.title, changed.description, changed.completed], ['a', 'b', true]);
});

test('PUT resets what is not sent', async () => {
  const { id } = await create({ title: 'a', description: 'b' });
  const payload = { title: 'c', completed: false };
  assert.equal((await app.inject({ method: 'PUT', url: `/todos/${id}`, payload })).json().description, null);
});

test('wrong types are refused, not converted', async () => {
  for (const payload of [{ title: 5 }, { title: 'a', completed: 'true' }, { title: 'a', due_date: '2031-02-30' }]) {
    const answer = await app.inject({ method: 'POST', url: '/todos', payload });
    assert.equal(answer.statusCode, 400);
    assert.match(answer.headers['content-type'], /^application\/problem\+json/);
  }
});

test('a wrong method says which ones are right', async () => {
  const answer = await app.inject({ method: 'DELETE', url: '/todos' });
  assert.deepEqual([answer.statusCode, answer.headers.allow], [405, 'GET, HEAD, POST']);
});

test('todos and the last id survive a restart', async () => {
  const { id } = await create({ title: 'a' });
  await app.inject({ method: 'DELETE', url: `/todos/${id}` });
  app = buildApp({ store: await TodoStore.open(file) });
  assert.equal((await create({ title: 'b' })).id, id + 1);
});

test('without the token nobody gets in', async () => {
  app = buildApp({ store: await TodoStore.open(file), token: 'secret' });
  assert.equal((await app.inject({ url: '/todos' })).statusCode, 401);
  const headers = { authorization: 'Bearer secret' };
  assert.equal((await app.inject({ url: '/todos', headers })).statusCode, 200);
});
