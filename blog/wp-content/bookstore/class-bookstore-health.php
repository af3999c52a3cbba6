<?php
/**
 * Answers the load balancer and Route 53 before WordPress is loaded: a check every few seconds costs one query.
 *
 * @package Bookstore
 */

/** What the health checks ask. */
final class Bookstore_Health {

	/** For the load balancer: the database of this region answers. True of a site that is still to be installed. */
	private const ALIVE = '/healthz';

	/** For Route 53: there is a site to be read as well. */
	private const READY = '/readyz';

	/** End the request if it is a health check's. */
	public static function answer_if_asked(): void {
		$path = strtok( $_SERVER['REQUEST_URI'] ?? '', '?' );
		if ( 'cli' === PHP_SAPI || ! in_array( $path, array( self::ALIVE, self::READY ), true ) ) {
			return;
		}
		$state = self::state();
		http_response_code( $state['database'] && ( $state['installed'] || self::ALIVE === $path ) ? 200 : 503 );
		header( 'Content-Type: application/json' );
		header( 'Cache-Control: no-store' );
		header( 'x-region: ' . BOOKSTORE_REGION );
		exit( json_encode( $state ) );
	}

	/**
	 * What this region's database says of itself.
	 *
	 * @return array{region: string, database: bool, installed: bool, writer: bool}
	 */
	private static function state(): array {
		$state = array(
			'region'    => BOOKSTORE_REGION,
			'database'  => false,
			'installed' => false,
			'writer'    => false,
		);
		mysqli_report( MYSQLI_REPORT_OFF );
		list( $host, $port ) = explode( ':', DB_HOST . ':3306' );
		$database            = mysqli_init();
		$flags               = defined( 'MYSQL_CLIENT_FLAGS' ) ? MYSQL_CLIENT_FLAGS : 0;
		mysqli_options( $database, MYSQLI_OPT_CONNECT_TIMEOUT, 2 );
		if ( ! @mysqli_real_connect( $database, $host, DB_USER, DB_PASSWORD, DB_NAME, (int) $port, null, $flags ) ) {
			return $state;
		}
		$options            = mysqli_query( $database, "SHOW TABLES LIKE 'wp\\_options'" );
		$read_only          = mysqli_query( $database, 'SELECT @@global.read_only OR @@global.innodb_read_only' );
		$state['database']  = $options && $read_only;
		$state['installed'] = $options && mysqli_num_rows( $options ) > 0;
		$state['writer']    = $read_only && '0' === mysqli_fetch_row( $read_only )[0];
		return $state;
	}
}
