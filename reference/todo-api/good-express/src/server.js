'use strict';

const path = require('node:path');
const { createApp } = require('./app');
const { TodoStore } = require('./store');

const port = Number(process.env.PORT || 8000);
const folder = process.env.DATA_DIR || path.join(process.cwd(), 'data');
const token = process.env.API_TOKEN || null;

const app = createApp({ store: TodoStore.open(path.join(folder, 'todos.json')), token });
app.listen(port, () => console.log(`listening on ${port}`));
