// Viewer request: redirects www, and rewrites every path to index.html with path and language as the query.
//
// Files at the root (/favicon.svg) and in /assets/ have behaviors without this function. /sitemap-2.xml is part 2 of
// the sitemap.
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

  const sitemap = /^\/sitemap(-(\d+))?\.xml$/.exec(request.uri);
  if (sitemap) {
    request.uri = '/sitemap.xml';
    request.querystring = sitemap[2] ? { part: { value: sitemap[2] } } : {};
  } else {
    const path = request.uri === '/index.html' ? '/' : request.uri; // the distribution's default root object
    request.querystring = {
      language: { value: languageOf(request) },
      path: { value: encodeURIComponent(path) },
    };
    request.uri = '/index.html';
  }
  return request;
}

// The first of the shop's languages that the browser lists, by preference. A language that the shopper chose is known to
// the web app alone, which needs no cookie for it.
function languageOf(request) {
  const header = request.headers['accept-language'];
  const accepted = header ? header.value : '';
  const wanted = accepted.split(',').map((tag) => tag.trim().split(/[-;]/)[0].toLowerCase());
  return wanted.find((tag) => ['en', 'de', 'zh'].includes(tag)) || 'en';
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
