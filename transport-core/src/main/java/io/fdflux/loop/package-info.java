/** The adapter between the engine and Netty's event loops. */
package io.fdflux.loop;
