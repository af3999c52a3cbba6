// Viewer request: one host name, and index.html for every address that is the shop's own and not a file's.
//
// The rewrite is here and not an error page of the distribution: a 403 or 404 that becomes index.html would look
// like success, and CloudFront would never turn to the other region's bucket.
function handler(event) {
  const request = event.request;
  const host = request.headers.host ? request.headers.host.value : '';

  if (host.startsWith('www.')) {
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      headers: { location: { value: 'https://' + host.slice(4) + request.uri } },
    };
  }

  const lastSegment = request.uri.slice(request.uri.lastIndexOf('/') + 1);
  if (!lastSegment.includes('.')) {
    request.uri = '/index.html';
  }
  return request;
}
