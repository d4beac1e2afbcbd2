//! A run: specialisation, dispatch, seeds, results.
