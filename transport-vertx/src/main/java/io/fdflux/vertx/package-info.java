/** Vert.x on fdflux. Start with {@link io.fdflux.vertx.FdTransport}. */
package io.fdflux.vertx;
