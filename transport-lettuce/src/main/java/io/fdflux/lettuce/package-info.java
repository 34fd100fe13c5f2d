/** Lettuce on fdflux. Start with {@link io.fdflux.lettuce.FdRedisClient}. */
package io.fdflux.lettuce;
