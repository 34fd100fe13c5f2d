package io.fdflux.posix.ffi;

import java.util.List;

/**
 * What the check found of one target.
 *
 * @param constants  how many were compared, as the following three
 * @param failures   entry and cause
 * @param present    constants that the tables call absent, and the headers have
 * @param absent     functions that the system lacks, as the code expects
 * @param undetected entries that were falsified without the compiler noticing
 */
record AbiResult(
        AbiTarget target,
        int constants,
        int structs,
        int fields,
        int functions,
        List<String> failures,
        List<String> present,
        List<String> absent,
        List<String> undetected) {

    boolean green() {
        return undetected.isEmpty() && (failures.isEmpty() || target.refused());
    }
}
