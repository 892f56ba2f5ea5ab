import { join } from 'node:path';
import { buildApp } from './app.js';
import { TodoStore } from './store.js';

const { PORT = '8000', DATA_DIR = 'data', API_TOKEN, LOG_LEVEL = 'info' } = process.env;

const store = await TodoStore.open(join(DATA_DIR, 'todos.json'));
const app = buildApp({ store, token: API_TOKEN, logger: { level: LOG_LEVEL } });

for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => app.close());

await app.listen({ port: Number(PORT), host: '0.0.0.0' });
