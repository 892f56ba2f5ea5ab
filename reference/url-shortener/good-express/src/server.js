'use strict';

const path = require('node:path');
const { createApp } = require('./app');
const { Bucket } = require('./bucket');
const { LinkStore } = require('./store');

const port = Number(process.env.PORT || 8000);
const folder = process.env.DATA_DIR || path.join(process.cwd(), 'data');
const limit = Number(process.env.LINKS_LIMIT || 10);
const seconds = Number(process.env.LINKS_WINDOW || 60);

const app = createApp({ store: LinkStore.open(path.join(folder, 'links.json')), bucket: new Bucket(limit, seconds) });
app.listen(port, () => console.log(`listening on ${port}`));
