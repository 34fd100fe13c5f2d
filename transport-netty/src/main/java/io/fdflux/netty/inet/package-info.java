/**
 * Internet sockets: which family one has, which addresses it takes, and how it follows an address to another family.
 */
package io.fdflux.netty.inet;
