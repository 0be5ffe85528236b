/**
 * An S3 that reads what it is sent, keeps nothing, and answers as S3 would: what is measured against it is the client. A
 * process of its own; tells its address.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const answer = (name: string, content: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`;

const server = createServer((request, response) => {
  const { searchParams } = new URL(request.url ?? '/', 'http://sink');
  request.resume();
  request.on('end', () => {
    const { method } = request;
    if (method === 'HEAD') response.writeHead(404).end();
    else if (method === 'PUT') response.writeHead(200, { etag: '"sunk"' }).end();
    else if (method === 'GET') response.end(answer('ListMultipartUploadsResult', ''));
    else if (searchParams.has('uploads')) {
      response.end(answer('InitiateMultipartUploadResult', '<UploadId>sunk</UploadId>'));
    } else response.end(answer('CompleteMultipartUploadResult', '<ETag>"sunk"</ETag>'));
  });
});
server.listen(0, '127.0.0.1', () => {
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
process.once('disconnect', () => process.exit());
