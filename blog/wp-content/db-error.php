<?php
/**
 * Page while this region's database does not answer, with status 503 and without details.
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
<p>The blog is not available at the moment. Please try again in half a minute.</p>
</html>
