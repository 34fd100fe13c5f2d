/** A WebFlux application. Only {@code /stats} depends on fdflux; the starter on the class path does the rest. */
package io.fdflux.examples.webflux;
