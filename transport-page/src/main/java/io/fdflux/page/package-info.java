/**
 * A page that shows loops and connections live: its files, and the samples that it draws. {@link DemandPage} is what a
 * web server serves.
 */
package io.fdflux.page;
