/** Serves the page that shows demand at work, by WebFlux. */
package io.fdflux.spring.page;
