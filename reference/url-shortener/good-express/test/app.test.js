'use strict';

const assert = require('node:assert');
const { test } = require('node:test');
const { Bucket } = require('../src/bucket');
const { parseLink } = require('../src/validation');

test('a bucket fills up again', () => {
  let now = 0;
  const bucket = new Bucket(2, 10, () => now);
  assert.deepStrictEqual([bucket.take('a'), bucket.take('a'), bucket.take('a'), bucket.take('b')], [0, 0, 5, 0]);
  now = 5;
  assert.strictEqual(bucket.take('a'), 0);
});

test('only web addresses are taken', () => {
  for (const url of ['', '/a', 'javascript:alert(1)', 'https://', 'https://a b', 'https://a\n', 5]) {
    assert.throws(() => parseLink({ url }), { status: 422 });
  }
  assert.strictEqual(parseLink({ url: 'https://example.org/a%2Fb' }).url, 'https://example.org/a%2Fb');
});
