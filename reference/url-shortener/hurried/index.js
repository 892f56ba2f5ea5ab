'use strict';

const express = require('express');
const { randomBytes } = require('node:crypto');

const app = express();
const links = new Map();
const WINDOW = Number(process.env.LINKS_WINDOW || 60) * 1000;
const LIMIT = Number(process.env.LINKS_LIMIT || 10);
const seen = new Map();

app.use(express.json());

// Counts everything a client asks for
app.use((req, res, next) => {
  const client = req.get('x-client');
  if (!client) return next();
  const times = seen.get(client) || [];
  times.push(Date.now());
  seen.set(client, times);
  req.limited = times.length > LIMIT;
  if (req.limited && req.method === 'GET') return res.status(429).json({ error: 'too many requests' });
  next();
});

function find(code) {
  const link = links.get(code);
  if (!link || (link.ends && Date.now() > link.ends)) return undefined;
  link.clicks += 1;
  return link;
}

const shown = ({ code, url, clicks, created, ends }) => ({
  code,
  url,
  clicks,
  created_at: created,
  expires_at: ends ? new Date(ends).toISOString() : '',
});

app.post('/links', (req, res) => {
  const { url, code, expires_in } = req.body;
  let parsed;
  try {
    parsed = new URL(url);
  } catch {
    return res.status(400).json({ error: `${url} is no url` });
  }
  if (['javascript:', 'data:', 'file:', 'ftp:'].includes(parsed.protocol)) return res.status(400).json({ error: 'bad scheme' });
  if (code && !/^[\w-]{3,}$/.test(code)) return res.status(400).json({ message: 'bad code' });
  if (code && links.has(code)) return res.status(409).json({ message: 'taken' });
  const seconds = parseInt(expires_in, 10);
  const link = {
    code: code || randomBytes(4).toString('hex'),
    url: parsed.href.slice(0, 2000),
    clicks: 0,
    created: new Date().toISOString(),
    ends: seconds ? Date.now() + seconds * 1000 : null,
  };
  links.set(link.code, link);
  if (req.limited) return res.status(429).json({ error: 'too many requests' });
  res.status(201).json(shown(link));
});

app.get('/links/:code', (req, res) => {
  const link = find(req.params.code);
  if (!link) return res.status(404).json({ error: 'not found' });
  res.json(shown(link));
});

app.delete('/links/:code', (req, res) => {
  links.delete(req.params.code);
  res.status(202).json({ deleted: true });
});

app.get('/:code', (req, res) => {
  const link = find(req.params.code);
  if (!link) return res.status(404).json({ error: 'not found' });
  res.redirect(link.url);
});

app.listen(process.env.PORT || 8000);
