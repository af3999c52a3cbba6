// Viewer request: serves the compressed copy of a file to browsers that accept Brotli.
//
// CloudFront compresses with a medium quality. The build uses the best one, and its files are a tenth smaller.
function handler(event) {
  const request = event.request;
  const accepted = request.headers['accept-encoding'];
  if (accepted && accepted.value.split(',').some((coding) => /^\s*br\s*(;(?!\s*q=0(\.0*)?\s*$)|$)/i.test(coding))) {
    request.uri += '.br';
  }
  return request;
}
