/** Makes the Markdown report and the SVG plots of results. */
package io.fdflux.benchmarks.report;
