// Viewer request: one host name, and index.html for every address that is the shop's own and not a file's.
//
// Files are at the root (/favicon.svg) or in /assets/, which has a behaviour of its own without this function; a dot
// deeper down is part of a book's id.
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
      headers: { location: { value: 'https://' + host.slice(4) + request.uri + queryOf(request.querystring) } },
    };
  }

  const isAtRoot = request.uri.lastIndexOf('/') === 0;
  if (!isAtRoot || !request.uri.includes('.')) {
    request.uri = '/index.html';
  }
  return request;
}

// As it came: CloudFront hands over names and values still encoded, and a name that came twice with both values.
function queryOf(querystring) {
  const pairs = [];
  Object.keys(querystring).forEach((name) => {
    const given = querystring[name];
    (given.multiValue || [given]).forEach((each) => pairs.push(name + '=' + each.value));
  });
  return pairs.length > 0 ? '?' + pairs.join('&') : '';
}
