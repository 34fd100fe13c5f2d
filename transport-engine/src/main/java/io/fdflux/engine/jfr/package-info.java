/** Events of a loop for the JDK's Flight Recorder. They cost nothing while nobody records them. */
package io.fdflux.engine.jfr;
