// Viewer request: redirects www, and rewrites every path that is not a file to index.html.
//
// Files are at the root (/favicon.svg) or in /assets/, whose behavior does not use this function. A dot in a deeper
// path is part of a book's id.
//
// An error page of the distribution would turn 403 and 404 into success, so CloudFront would not try the second bucket.
function handler(event) {
  const request = event.request;
  const host = request.headers.host ? request.headers.host.value : '';

  if (host.startsWith('www.')) {
    return {
      statusCode: 301,
      statusDescription: 'Moved Permanently',
      headers: { location: { value: 'https://' + host.slice(4) + request.uri + queryOf(request.querystring) } },
    };
  }

  const isAtRoot = request.uri.lastIndexOf('/') === 0;
  if (!isAtRoot || !request.uri.includes('.')) {
    request.uri = '/index.html';
  }
  return request;
}

// CloudFront passes names and values encoded, and repeated names as multiValue.
function queryOf(querystring) {
  const pairs = [];
  Object.keys(querystring).forEach((name) => {
    const given = querystring[name];
    (given.multiValue || [given]).forEach((each) => pairs.push(name + '=' + each.value));
  });
  return pairs.length > 0 ? '?' + pairs.join('&') : '';
}
