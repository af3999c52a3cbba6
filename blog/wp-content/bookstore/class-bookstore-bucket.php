<?php
/**
 * The three S3 requests that media need, signed with the task's credentials, without a library or plug-in.
 *
 * @package Bookstore
 */

/** A bucket of this region. */
final class Bookstore_Bucket {

	private const CREDENTIALS_HOST = 'http://169.254.170.2';
	private const SECONDS          = 20;

	/**
	 * Name the bucket.
	 *
	 * @param string                                          $name        Bucket.
	 * @param string                                          $region      Its region.
	 * @param array{key: string, secret: string, token: string} $credentials As `task_credentials` gives them.
	 */
	public function __construct(
		private readonly string $name,
		private readonly string $region,
		private readonly array $credentials,
	) {}

	/**
	 * Credentials of the task from ECS, or from the environment without ECS.
	 *
	 * @see https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
	 * @return array{key: string, secret: string, token: string}
	 */
	public static function task_credentials(): array {
		$path = getenv( 'AWS_CONTAINER_CREDENTIALS_RELATIVE_URI' );
		$given = $path ? json_decode( (string) file_get_contents( self::CREDENTIALS_HOST . $path ), true ) : array();
		return array(
			'key'    => $given['AccessKeyId'] ?? (string) getenv( 'AWS_ACCESS_KEY_ID' ),
			'secret' => $given['SecretAccessKey'] ?? (string) getenv( 'AWS_SECRET_ACCESS_KEY' ),
			'token'  => $given['Token'] ?? (string) getenv( 'AWS_SESSION_TOKEN' ),
		);
	}

	/**
	 * Call S3. The content of an object is a stream, so that large files do not need memory.
	 *
	 * @param string $method GET, PUT or DELETE.
	 * @param string $key    Object.
	 * @param string $body   Content for PUT.
	 * @param string $type   Its media type.
	 * @return array{status: int, type: string, length: string, stream: resource|false} Status 0 when S3 did not answer;
	 *         length in bytes, empty if S3 did not say it.
	 */
	public function call( string $method, string $key, string $body = '', string $type = '' ): array {
		$headers = $this->sign( $method, $key, $body, gmdate( 'Ymd\THis\Z' ) );
		if ( '' !== $type ) {
			$headers['content-type'] = $type;
		}
		$context  = stream_context_create(
			array(
				'http' => array(
					'method'        => $method,
					'header'        => array_map( static fn ( $name, $value ) => "$name: $value", array_keys( $headers ), $headers ),
					'content'       => $body,
					'ignore_errors' => true,
					'timeout'       => self::SECONDS,
				),
			)
		);
		$stream   = @fopen( $this->address( $key ), 'rb', false, $context );
		$received = implode( "\n", $stream ? stream_get_meta_data( $stream )['wrapper_data'] : array() );
		return array(
			'status' => preg_match( '#^HTTP/\S+ (\d{3})#', $received, $found ) ? (int) $found[1] : 0,
			'type'   => preg_match( '#^content-type: *(\S+)#mi', $received, $found ) ? $found[1] : 'application/octet-stream',
			'length' => preg_match( '#^content-length: *(\d+)#mi', $received, $found ) ? $found[1] : '',
			'stream' => $stream,
		);
	}

	/**
	 * Headers of a signed request.
	 *
	 * @see https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
	 *
	 * @param string $method Method.
	 * @param string $key    Object.
	 * @param string $body   Body.
	 * @param string $now    Time, as 20260101T000000Z.
	 * @return array<string, string>
	 */
	public function sign( string $method, string $key, string $body, string $now ): array {
		$headers = array(
			'host'                 => (string) preg_replace( '#^https?://([^/]+).*$#', '$1', $this->address( $key ) ),
			'x-amz-content-sha256' => hash( 'sha256', $body ),
			'x-amz-date'           => $now,
		);
		if ( '' !== $this->credentials['token'] ) {
			$headers['x-amz-security-token'] = $this->credentials['token'];
		}
		$signed = implode( ';', array_keys( $headers ) );
		$lines  = implode( '', array_map( static fn ( $name, $value ) => "$name:$value\n", array_keys( $headers ), $headers ) );
		$path   = (string) parse_url( $this->address( $key ), PHP_URL_PATH );
		$scope  = substr( $now, 0, 8 ) . "/{$this->region}/s3/aws4_request";
		$text   = "AWS4-HMAC-SHA256\n$now\n$scope\n"
			. hash( 'sha256', "$method\n$path\n\n$lines\n$signed\n{$headers['x-amz-content-sha256']}" );
		$secret = 'AWS4' . $this->credentials['secret'];
		foreach ( explode( '/', $scope ) as $part ) {
			$secret = hash_hmac( 'sha256', $part, $secret, true );
		}
		$headers['authorization'] = "AWS4-HMAC-SHA256 Credential={$this->credentials['key']}/$scope, SignedHeaders=$signed, Signature="
			. hash_hmac( 'sha256', $text, $secret );
		return $headers;
	}

	/**
	 * URL of an object.
	 *
	 * @param string $key Object.
	 */
	private function address( string $key ): string {
		$key      = implode( '/', array_map( 'rawurlencode', explode( '/', $key ) ) );
		$endpoint = getenv( 'AWS_ENDPOINT_URL_S3' );
		return $endpoint
			? rtrim( $endpoint, '/' ) . "/{$this->name}/$key"
			: "https://{$this->name}.s3.{$this->region}.amazonaws.com/$key";
	}
}
