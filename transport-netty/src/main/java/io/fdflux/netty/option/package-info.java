/**
 * The options of channels: one table for each kind of socket, and the calls that read and set what the kernel keeps.
 */
package io.fdflux.netty.option;
