<?php
/**
 * WordPress's own database user, with the privileges that WordPress needs.
 *
 * @package Bookstore
 */

// phpcs:disable WordPress.DB -- runs without WordPress.

/** Creates the user, or gives it its current password. */
final class Bookstore_Database_User {

	/**
	 * Privileges on the blog's database alone. Updates of WordPress create and alter tables.
	 *
	 * @see https://developer.wordpress.org/advanced-administration/security/hardening/#restricting-database-user-privileges
	 */
	private const PRIVILEGES = 'SELECT, INSERT, UPDATE, DELETE, CREATE, ALTER, DROP, INDEX';

	/**
	 * Return the statements. They can be repeated.
	 *
	 * @param string $user     Name; letters only.
	 * @param string $password Password; letters and digits only, as Terraform generates it.
	 * @param string $database Name of the database.
	 * @return string[]
	 * @throws InvalidArgumentException A value needs escaping.
	 */
	public static function statements( string $user, string $password, string $database ): array {
		foreach ( array( $user, $password, $database ) as $value ) {
			if ( ! preg_match( '/^\w+$/', $value ) ) {
				throw new InvalidArgumentException( 'database-user: letters, digits and underscores only' );
			}
		}
		return array(
			"CREATE USER IF NOT EXISTS '$user'@'%' IDENTIFIED BY '$password'",
			"ALTER USER '$user'@'%' IDENTIFIED BY '$password'",
			'GRANT ' . self::PRIVILEGES . " ON `$database`.* TO '$user'@'%'",
		);
	}
}
