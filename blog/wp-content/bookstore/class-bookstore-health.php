<?php
/**
 * Answers health checks before WordPress loads, with one query.
 *
 * @package Bookstore
 */

/** Answers of the health checks. */
final class Bookstore_Health {

	/** For the load balancer: the region's database answers. Also 200 before the installation. */
	private const ALIVE = '/healthz';

	/** For Route 53: the database answers and WordPress is installed. */
	private const READY = '/readyz';

	/** File with the last good answer of this task. */
	private const MEMORY = '/bookstore-health.json';

	/** End the request if it is a health check. */
	public static function answer_if_asked(): void {
		$path = strtok( $_SERVER['REQUEST_URI'] ?? '', '?' );
		if ( 'cli' === PHP_SAPI || ! in_array( $path, array( self::ALIVE, self::READY ), true ) ) {
			return;
		}
		$state = self::remembered();
		if ( null === $state ) {
			$state = self::state();
			self::remember( $state );
		}
		http_response_code( $state['database'] && ( $state['installed'] || self::ALIVE === $path ) ? 200 : 503 );
		header( 'Content-Type: application/json' );
		header( 'Cache-Control: no-store' );
		header( 'x-region: ' . BOOKSTORE_REGION );
		exit( json_encode( $state ) );
	}

	/** Delete the cached answer, after a reader met an error. */
	public static function forget(): void {
		@unlink( sys_get_temp_dir() . self::MEMORY );
	}

	/**
	 * The cached good answer, so that checks do not keep an idle database awake; null if there is none.
	 *
	 * @return array{region: string, database: bool, installed: bool, writer: bool}|null
	 */
	private static function remembered(): ?array {
		$file = sys_get_temp_dir() . self::MEMORY;
		if ( 0 === BOOKSTORE_HEALTH_SECONDS || ! file_exists( $file ) ) {
			return null;
		}
		if ( time() - filemtime( $file ) >= BOOKSTORE_HEALTH_SECONDS ) {
			// This check queries the database. Other checks use the last answer until it resumes.
			touch( $file );
			return null;
		}
		return json_decode( (string) file_get_contents( $file ), true );
	}

	/**
	 * Cache a good answer for the next checks.
	 *
	 * @param array{region: string, database: bool, installed: bool, writer: bool} $state Answer.
	 */
	private static function remember( array $state ): void {
		if ( BOOKSTORE_HEALTH_SECONDS > 0 && $state['database'] && $state['installed'] ) {
			file_put_contents( sys_get_temp_dir() . self::MEMORY, json_encode( $state ), LOCK_EX );
		} else {
			self::forget();
		}
	}

	/**
	 * State of this region's database.
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
