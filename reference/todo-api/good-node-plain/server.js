'use strict';

const http = require('node:http');
const path = require('node:path');
const { mkdirSync } = require('node:fs');
const { createHandler } = require('./handler');
const { TodoStore } = require('./store');

const { PORT = '8000', DATA_DIR = path.join(__dirname, 'data'), API_TOKEN = '' } = process.env;

mkdirSync(DATA_DIR, { recursive: true });
const store = new TodoStore(path.join(DATA_DIR, 'todos.db'));
const server = http.createServer(createHandler(store, API_TOKEN));
server.listen(Number(PORT), () => console.log(`listening on port ${PORT}`));
