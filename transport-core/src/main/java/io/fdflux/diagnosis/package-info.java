/** The diagnosis of a system: the facts that this library finds there, as text and as JSON. */
package io.fdflux.diagnosis;
