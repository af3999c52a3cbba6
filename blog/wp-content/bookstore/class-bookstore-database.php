<?php
/**
 * Database access of one region.
 *
 * @package Bookstore
 */

/** A wpdb that connects readers to the replica and editors to the writer. */
final class Bookstore_Database extends wpdb {

	/** First words of statements that write. */
	private const WRITES = '/^\s*(?:INSERT|UPDATE|DELETE|REPLACE|CREATE|ALTER|DROP|TRUNCATE|RENAME|LOAD|GRANT)\b/i';

	/** Aurora's levels of `aurora_replica_read_consistency`. */
	private const FORWARDING = array( 'eventual', 'session', 'global' );

	/** Whether this request only reads. */
	private readonly bool $only_reads;

	/** Choose the host for the whole request, so that an editor reads what was just written. */
	public function __construct() {
		$this->only_reads = ! self::may_write();
		parent::__construct( DB_USER, DB_PASSWORD, DB_NAME, $this->only_reads ? DB_HOST : DB_WRITER_HOST );
	}

	/**
	 * Run a statement. A write in a reader's request is dropped, and answered as if it changed no row.
	 *
	 * @param string $query SQL.
	 * @return int|bool
	 */
	public function query( $query ) {
		if ( $this->only_reads && preg_match( self::WRITES, $query ) ) {
			return 0;
		}
		return parent::query( $query );
	}

	/**
	 * Connect. Without a consistency level, Aurora forwards no writes from a secondary region.
	 *
	 * @see https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-global-database-write-forwarding-ams.html
	 *
	 * @param bool $allow_bail Whether a failure ends the request.
	 */
	public function db_connect( $allow_bail = true ) {
		$connected = parent::db_connect( $allow_bail );
		if ( $connected && ! $this->only_reads && in_array( DB_FORWARDING, self::FORWARDING, true ) ) {
			mysqli_query( $this->dbh, "SET SESSION aurora_replica_read_consistency = '" . DB_FORWARDING . "'" );
		}
		return $connected;
	}

	/** Whether the request comes from the command line or is an edit. */
	private static function may_write(): bool {
		return '' !== DB_WRITER_HOST && ( 'cli' === PHP_SAPI || Bookstore_Access::is_editing() );
	}
}
