/** The diagnosis of a system: what this library finds there, as text and as JSON. */
package io.fdflux.diagnosis;
