/** The operating system and processor that this JVM runs on, and the exceptions for one that lacks something. */
package io.fdflux.posix.platform;
