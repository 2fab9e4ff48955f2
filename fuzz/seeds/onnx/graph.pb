
	
nRelu