"""What requests may say and answers hold, and the contract written from it."""
