const http = require('http');

const links = {};
const minute = () => Math.floor(Date.now() / 60000).toString(36);

http
  .createServer((req, res) => {
    const send = (status, body) => {
      res.writeHead(status, { 'Content-Type': 'text/plain' });
      res.end(JSON.stringify(body));
    };
    let text = '';
    req.on('data', (part) => (text += part));
    req.on('end', () => {
      const [, first, code] = req.url.split('/');
      if (first === 'links' && req.method === 'POST') {
        let body;
        try {
          body = JSON.parse(text);
        } catch {
          body = { url: text };
        }
        const made = minute();
        links[made] = { url: body.url, code: made, clicks: '0', created: Date.now() };
        return send(202, links[made]);
      }
      if (first === 'links' && req.method === 'GET') return send(203, links[code] || { message: 'none' });
      if (first === 'links' && req.method === 'DELETE') return send(204, 'deleted');
      send(200, { link: links[first] });
    });
  })
  .listen(process.env.PORT || 8000);
