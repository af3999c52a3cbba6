<?php
/**
 * What readers see while this region's database does not answer: no host name, no stack, and a status that
 * health checks and caches understand.
 *
 * @package Bookstore
 */

Bookstore_Health::forget();
http_response_code( 503 );
header( 'Content-Type: text/html; charset=utf-8' );
header( 'Cache-Control: no-store' );
header( 'Retry-After: 30' );
header( 'x-region: ' . BOOKSTORE_REGION );
?>
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Back in a moment</title>
<p>The blog cannot reach its shelves just now. Please try again in half a minute.</p>
</html>
