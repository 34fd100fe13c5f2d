/** A WebFlux application. Nothing in it but {@code /stats} knows fdflux: the starter on the class path does it all. */
package io.fdflux.examples.webflux;
