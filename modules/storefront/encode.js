// Viewer request: the entry's files, which every shopper loads, as the build compressed them.
//
// CloudFront compresses by itself, but at a middling quality, since it does so while somebody waits. The build has the
// time for the best one, a tenth smaller, and puts that copy beside the file. Who does not take Brotli gets the file.
function handler(event) {
  const request = event.request;
  const accepted = request.headers['accept-encoding'];
  if (accepted && accepted.value.split(',').some((coding) => /^\s*br\s*(;(?!\s*q=0(\.0*)?\s*$)|$)/i.test(coding))) {
    request.uri += '.br';
  }
  return request;
}
