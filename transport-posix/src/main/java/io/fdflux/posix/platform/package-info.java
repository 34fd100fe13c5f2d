/** The operating system and architecture in use, and the exceptions for an unsupported one. */
package io.fdflux.posix.platform;
