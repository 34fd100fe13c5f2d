/** Programs over files, processes, FIFOs, terminals and signals. Each file is one, and says what to try. */
package io.fdflux.examples.system;
