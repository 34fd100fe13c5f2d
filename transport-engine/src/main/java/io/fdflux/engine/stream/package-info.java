/**
 * The two state machines of a descriptor: {@link io.fdflux.engine.stream.Input} decides what an attempt to read leads
 * to, {@link io.fdflux.engine.stream.Output} what an attempt to write leads to. Channels and streams are their owners.
 */
package io.fdflux.engine.stream;
