<?php
/**
 * Runs before every PHP file: `auto_prepend_file` in php.ini. Some files of wp-admin never load WordPress, so a plug-in
 * cannot protect them: wp-admin/load-scripts.php sends megabytes to anyone.
 *
 * @package Bookstore
 */

require_once __DIR__ . '/settings.php';
require_once __DIR__ . '/class-bookstore-access.php';
Bookstore_Access::refuse_strangers();
