/** Flux over descriptors, without channels. */
module application.flux {
    requires io.fdflux;
}
